"""Start the site with one command: set up what is missing, then keep the web server and the worker alive.

`./run` starts this package under the name `supervisor`, with `app/` on the path: so it runs before any
package is installed, and a running supervisor does not carry the whole application in its memory. Hence three
habits: only the standard library and `config` at the top of its modules, imports relative to this folder, and
nothing else of `app`.
"""
