"""Words on metal: faces, coverage, fit, drawing. Pure: no Flask, no database."""

from shop.engraving.areas import Area
from shop.engraving.calibration import Placement
from shop.engraving.characters import drawable, offered
from shop.engraving.chosen_face import HAND
from shop.engraving.drawing import preview, proof, svg
from shop.engraving.engraving import (
    EngravedLine,
    Engraving,
    EngravingUnreadable,
    Words,
    faces_in,
    field_name,
    line_face_field,
    with_artwork,
    words_in,
)
from shop.engraving.faces import FACES, GENERAL, Face
from shop.engraving.layout import room_left_mm
from shop.engraving.overlay import over_picture
from shop.engraving.placed_artwork import ArtworkPlace, PlacedArtwork
from shop.engraving.problems import (
    FACE_FIELD,
    ControlCharacters,
    EngravingRefused,
    Letter,
    MissingLetters,
    MixedDirections,
    Problem,
    TooLong,
    TooManyCharacters,
    TooTall,
    UnknownFace,
    UnknownLine,
)
from shop.engraving.proofs import Proof, proof_digest, proof_of
from shop.engraving.remarks import BY_HAND, Remark, asks_for_hand, remarks, remarks_by_hand
from shop.engraving.sign_sprite import symbol_id
from shop.engraving.signs import ALIKE, SIGN_NAMES
from shop.engraving.suggestions import INSTEAD, SIGN_LINE, taken
from shop.engraving.tool import ANY_TOOL, MACHINES, Tool
from shop.engraving.word_checks import check, problems_of

__all__ = [
    "ALIKE",
    "ANY_TOOL",
    "BY_HAND",
    "FACES",
    "FACE_FIELD",
    "GENERAL",
    "HAND",
    "INSTEAD",
    "MACHINES",
    "SIGN_LINE",
    "SIGN_NAMES",
    "Area",
    "ArtworkPlace",
    "ControlCharacters",
    "EngravedLine",
    "Engraving",
    "EngravingRefused",
    "EngravingUnreadable",
    "Face",
    "Letter",
    "MissingLetters",
    "MixedDirections",
    "PlacedArtwork",
    "Placement",
    "Problem",
    "Proof",
    "Remark",
    "TooLong",
    "TooManyCharacters",
    "TooTall",
    "Tool",
    "UnknownFace",
    "UnknownLine",
    "Words",
    "asks_for_hand",
    "check",
    "drawable",
    "faces_in",
    "field_name",
    "line_face_field",
    "offered",
    "over_picture",
    "preview",
    "problems_of",
    "proof",
    "proof_digest",
    "proof_of",
    "remarks",
    "remarks_by_hand",
    "room_left_mm",
    "svg",
    "symbol_id",
    "taken",
    "with_artwork",
    "words_in",
]
