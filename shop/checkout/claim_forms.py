"""The forms in which a buyer says that something is not right, and writes on."""

from typing import Any, Final

from flask import request
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import ValidationError

from shop import web
from shop.claims.models import Wish
from shop.claims.pictures import MOST_BYTES, NotAPicture, read_picture
from shop.claims.threads import Message
from shop.dedications.words import DedicationRefused, check_message

PICTURE: Final = "picture"
ONCE_MORE: Final = "Please choose the picture once more: a browser does not keep it."
PICTURE_HINT: Final = (
    f"JPEG, PNG or WebP, {MOST_BYTES // 1024**2} MB at most. Only the person who answers you sees it; where "
    "it was taken is not kept."
)

WISHES: Final = {
    Wish.MEND: "Mend it",
    Wish.REMAKE: "Make it again",
    Wish.REFUND: "Give me my money back",
}


class MessageForm(web.Form):
    """Words, and perhaps a picture."""

    words = TextAreaField("Your message")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kept = ""
        self.picture: bytes | None = None
        self.picture_problem = ""

    def validate_words(self, field: TextAreaField) -> None:
        """Something, and nothing that cannot be read."""
        try:
            self.kept = check_message(field.data or "") or ""
        except DedicationRefused as refused:
            raise ValidationError(refused.message) from None
        if not self.kept:
            raise ValidationError("Please say in a few words what it is.")

    def accepted(self) -> bool:
        """Whether words and picture can be taken; what is wrong stands in `problems`."""
        fine: bool = self.validate()
        file = request.files.get(PICTURE)
        if file is None or not file.filename:
            return fine
        try:
            self.picture = read_picture(file.read())
        except NotAPicture as refused:
            self.picture_problem = str(refused)
            return False
        if not fine:
            self.picture_problem = ONCE_MORE
        return fine

    @property
    def message(self) -> Message:
        """What was said, once it is accepted."""
        return Message(self.kept, self.picture)

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by the id of the field."""
        found = {field.id: field.errors[0] for field in self if field.errors}
        if found.pop("csrf_token", None):
            found = {"": web.STALE_BUT_KEPT, **found}
        return found | ({PICTURE: self.picture_problem} if self.picture_problem else {})


class ClaimForm(MessageForm):
    """What is not right, with which piece, and what would be best."""

    unit = RadioField("Which piece is it", choices=[], validate_choice=False)
    wish = RadioField(
        "What would be best for you",
        choices=[SelectChoice(wish.value, said) for wish, said in WISHES.items()],
        validate_choice=False,
    )
    words = TextAreaField("What is not right")

    def validate_unit(self, field: RadioField) -> None:
        """One of those that were posted."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Please choose the piece that it is about.")

    def validate_wish(self, field: RadioField) -> None:
        """One of those that are offered."""
        if field.data not in set(Wish):
            raise ValidationError("Please choose what would be best. We may come back to it together.")
