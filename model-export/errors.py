class ExportError(Exception):
    """What cannot be exported exactly. The message is `where: expected what, got what`."""


def show(value):
    """Names a value in an error message: short and on one line."""
    text = ' '.join(repr(value).split())
    return text if len(text) <= 40 else text[:40] + '...'
