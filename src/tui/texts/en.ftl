# Keys, at the foot of a screen.
key-help = help

# The learner's terminal.
earlier = earlier
recording-full = The recording has reached its largest size: from here on only goals are noted.
no-terminal = No terminal can be opened inside this screen ({ $reason }). `plimsoll shell LAB` in your own terminal works without one.
no-terminal-missing = This machine has no /dev/ptmx, so no terminal can be opened inside this screen. An administrator mends it with `mount -t devpts devpts /dev/pts`; `plimsoll shell LAB` in your own terminal works without one.
no-terminal-forbidden = You may not open /dev/ptmx, so no terminal can be opened inside this screen. Ask whoever set this machine up; `plimsoll shell LAB` in your own terminal works without one.
no-terminal-left = All terminals of this machine are taken. Close some, or ask an administrator to raise `kernel.pty.max`; `plimsoll shell LAB` in your own terminal works without one.
no-program = There is no program { $program } to start in the terminal. Reinstall Plimsoll, or set SHELL to a shell that exists.
program-not-runnable = { $program } cannot be started in the terminal: { $reason }.
no-directory = There is no folder { $directory } to start the terminal in. Make it again, or start anew with `plimsoll reset LAB`.
