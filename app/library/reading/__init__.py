"""Reading files safely: which files are taken in, the text inside them and pictures of their pages.

Nothing here touches the database or the web. Files are opened only in a bounded child process (`child.py`),
which loads this package alone, without the rest of the application: modules import each other relatively.
"""
