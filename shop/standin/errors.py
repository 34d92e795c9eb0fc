"""Refusals in Stripe's shape (docs.stripe.com/api/errors), and the one of our own."""

from http import HTTPStatus
from typing import Any


class StandInRefused(Exception):
    """The stand-in was asked for where real payments are taken."""

    def __init__(self) -> None:
        super().__init__("Stripe's keys are set, so the stand-in for Stripe cannot be used.")


class ApiError(Exception):
    """A request the API turns down. `body()` is the answer's JSON."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = HTTPStatus.BAD_REQUEST,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.status = int(status)
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """The error as Stripe writes it."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def missing(kind: str, wanted: str, param: str) -> ApiError:
    """No object of that kind has that id."""
    message = f"No such {kind}: '{wanted}'"
    return ApiError(message, code="resource_missing", param=param, status=HTTPStatus.NOT_FOUND)


def unknown_parameter(param: str) -> ApiError:
    """A parameter this operation does not take."""
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def required(param: str) -> ApiError:
    """A parameter this operation cannot do without."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)
