"""What people and workers do: verbs, each of which gets, asks the domain, saves and commits.

One file for each actor's business. A use case is made once, with the ports that it needs, and called
any number of times.
"""
