"""Files looked at by an antivirus, where the site has one: never in a request, and nothing is served before."""
