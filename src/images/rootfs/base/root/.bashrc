# Read by interactive shells.
alias ll='ls -l'
alias la='ls -A'
