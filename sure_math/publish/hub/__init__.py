"""What talks to `datasets` and to a dataset hub; nothing else of the release does.

load, features, proof      reading with `datasets`
client, failures           one way to ask a hub, one place where its errors become ours
target, previous, files    what is there
plan, push, sending        what has to change there, and changing it
download                   a release as it is there
"""
