"""The forms of signing in. What is typed into a password field reaches the check exactly as it was typed."""

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, ValidationError

from shop import web
from shop.accounts import passwords, staff


class SignInForm(web.Form):
    """An e-mail and its password."""

    email = EmailField("E-mail", [InputRequired("Enter your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])
    next = HiddenField()

    def validate_email(self, field: EmailField) -> None:
        """Bring the e-mail into the form accounts keep; raise ValidationError if it cannot be one."""
        try:
            self.normalised_email = staff.normalised(field.data or "")
        except staff.NotAnEmail as error:
            raise ValidationError(str(error)) from error


class ButtonForm(web.Form):
    """Nothing but a button and its form token."""


class PasswordForm(web.Form):
    """A new password, twice, so that a slip is noticed at once."""

    password = PasswordField("New password", [InputRequired("Enter a new password.")])
    repeated = PasswordField(
        "The new password again",
        [InputRequired("Enter the new password again."), EqualTo("password", "The two are not the same.")],
    )

    def __init__(self, email: str) -> None:
        super().__init__()
        self.for_email = email

    def validate_password(self, field: PasswordField) -> None:
        """Raise ValidationError when the password is too easily guessed."""
        try:
            passwords.check(field.data, self.for_email)
        except passwords.WeakPassword as error:
            raise ValidationError(str(error)) from error


class ChangePasswordForm(PasswordForm):
    """A new password, and the one it replaces."""

    current = PasswordField("Your password now", [InputRequired("Enter the password you have now.")])
