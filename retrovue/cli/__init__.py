"""The command line: parse, one call, one result.

main.py           one process: streams, signals, exit code
commands.py       the root command; commands are imported when they are called
base.py           what every command of ours is: with examples, and completed by its metavars
completing.py     what a shell asks while it completes a line; values.py, bundled.py serve it
app.py            what every command is given: the catalogue, the plugins, warnings
failures.py       any exception as an error with a message
output.py         the only printer; json_text.py, streams.py, progress.py serve it
options.py        flags that commands share, and the question before something goes
shell.py          commands to type, as a line that can be pasted
source.py ...     a file for each noun; `command` is what commands.py looks for
"""
