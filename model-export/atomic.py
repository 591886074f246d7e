import os


def write_atomically(path, content):
    """Writes bytes to a file so that a reader sees the old content or the whole new one, and a failure leaves no trace."""
    folder, name = os.path.split(os.path.abspath(path))
    temporary = os.path.join(folder, f'.{name}.{os.getpid()}.tmp')
    try:
        with open(temporary, 'xb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise
