# The guided mode: lines instead of a full screen.
guided-goals = Goals
guided-goal = { $points ->
    [one] { $mark } { $title } (one point)
   *[other] { $mark } { $title } ({ $points } points)
 }
guided-met = met
guided-open = open
guided-how = Your shell in the lab comes next; `exit` leaves it. Goals are announced when they are met. There, `plimsoll hint { $lab }` helps, `plimsoll answer { $lab }` shows the questions, `plimsoll { $lab }` this lesson again.
guided-goal-met = [goal met: { $goal }. { $score } of { $most } points]
guided-turned-back = [no longer met: { $goal }. { $why }]
guided-all-met = [all goals are met: `exit` when you like]

# Going back: `plimsoll reset`.
reset-loses = Resetting { $lab } removes all that is in it, what was kept of its steps, your answers, and the count of your hints.
reset-go-on = Go on? [y/N]
reset-done = { $lab } is as new. Your best score is kept.
reset-step-done = { $lab } is as it was when step { $step } began.
reset-not-started = { $container } ran then, and could not be started again: { $reason }
reset-files-stay = Your files in { $folder } stay as they are.
reset-files-changed = You have changed { $files }: `plimsoll reset { $lab } --files` puts the lab's own back and keeps yours as NAME.old.
reset-file-is-back = { $file } is the lab's own again; yours is { $old }
undo-goes-back = { $lab } goes back to the start of step { $step }.
undo-loses-containers = containers that are removed: { $names }
undo-loses-images = images that are removed: { $names }
undo-loses-volumes = volumes that are removed: { $names }
undo-loses-answers = answers that are forgotten: { $names }
undo-brings-back = containers that come back, or run again: { $names }
undo-and-else = What has changed since in other containers and volumes is undone too, and what ran then is started anew. Your own files stay as they are.
undo-not-kept = plimsoll: the start of this step could not be kept: { $why }
undo-no-snapshot = nothing was kept of the start of step { $step } of { $lab }
undo-no-such-step = { $lab } has no step { $step }; its steps are 1 to { $last }
undo-step-before = `plimsoll reset { $lab } --step { $step }` goes back to the start of step { $step }
undo-whole-lab = `plimsoll reset { $lab }` goes back to the start of the lab

# What `plimsoll doctor` says below its findings.
doctor-fine = All fine: labs run here.
doctor-limited = Labs run here, with the limits said above.
doctor-broken = Labs cannot run here until the above is mended.
doctor-worst = { $subject }: { $found }

# `--help`: commands. The code beside the definition says the same in English.
help-plimsoll = Learn containers by running them: one binary with the engine, the labs and the graders
help-after =
    `plimsoll` alone opens the interface, `plimsoll LAB` opens it at that lab.
    Without a terminal the first lists the labs, the second prints the lesson.
help-labs = The labs, how far you are, and what to type next
help-shell = A shell, or one command, in a lab
help-check = Look at a lab's state and say which goals are met
help-map = Draw a lab: its containers, networks, ports, folders and volumes
help-answer = Answer a question of a lab
help-hint = Help with the next open goal, a step at a time
help-reset = Begin a lab, or one of its steps, anew: what was made since is removed
help-demo = Play the reference solutions on real containers and grade them
help-grade = Grade a stranger's script in a private lab
help-submit = Pack your work for your teacher (comes with a later version)
help-course = For authors: make, check and play labs
help-course-new = Write a small lab that works, to begin from
help-course-check = Check a course's files, then play every attempt and grade it
help-course-play = Play one lab's attempts, or the one named, and show every verdict
help-course-schema = Print the JSON Schema of lab, grader or course files, for editors
help-book = The book: in a browser on this machine, or as files
help-stop = End a lab; its containers, images and volumes are kept
help-env = Print the variables that lead any Docker client to a lab
help-doctor = Find out what this machine allows, and what mends it
help-docker = The `docker` command: `plimsoll docker run hello-world`

# `--help`: arguments.
arg-store = Keep blobs and layers in this folder, on a local disk
arg-course = A course in a folder, in place of the one that the binary carries
arg-lang = Language of Plimsoll's own texts: en or fr
arg-record = Write everything that happens in the interface into this file
arg-plain = Lines instead of a full screen, for screen readers
arg-help = Print help
arg-version = Print version
arg-lab = The lab
arg-lab-example = The lab, for example hello-world
arg-lab-meant = The lab; inside a lab's shell that one is meant
arg-lab-left-out = The lab; inside a lab's shell it can be left out
arg-no-publish = Do not offer published ports on this machine's own loopback
arg-command = A command and its arguments, after `--`
arg-json = As JSON
arg-result-json = The result record as JSON
arg-findings-json = The findings as JSON
arg-engine = Look at another engine: unix:///var/run/docker.sock
arg-question = The question's name, as the lesson prints it; none lists the questions
arg-value = Your answer
arg-step = Go back to the start of this step of the lesson, counted from 1
arg-reset-files = Put start files that you changed back too; yours stay as NAME.old
arg-yes = Do not ask
arg-labs = Labs to play; all of them where none is named
arg-script = The script to run
arg-script-files = Files that belong to it: they lie in the folder it runs in
arg-timeout = Seconds that the script may take
arg-format = How to print the result: for people, or as the record plimsoll/result/v1
arg-output = Where to write what you hand in
arg-course-folder = The course's folder
arg-new-lab = The new lab's name
arg-only-lab = One lab only
arg-no-play = Only read the files: play nothing
arg-attempt = One attempt, by its file's name without .sh
arg-schema-file = lab, grader or course
arg-page = A page, for example course/keeping-data, or a lab; else the beginning
arg-out = Write the book, in both languages, into this folder
arg-port = The port of 127.0.0.1 to serve it at; else a free one
arg-sources = For those who write it: its folder, in place of what the binary carries
arg-all = Every lab of yours
arg-docker-words = What `docker` takes

# `--help`: headings, what stands for a value, and what is added in brackets.
help-usage = Usage:
help-commands = Commands
help-arguments = Arguments
help-options = Options
help-default = [default: { $value }]
help-possible = [possible values: { $values }]
help-environment = [env: { $variable }]
value-attempt = ATTEMPT
value-command = COMMAND
value-dir = DIR
value-endpoint = ENDPOINT
value-file = FILE
value-folder = FOLDER
value-format = FORMAT
value-lang = LANG
value-seconds = SECONDS
value-value = VALUE
value-words = WORDS

# What is wrong with the words that were typed.
typed-twice = `{ $argument }` is given twice
typed-together = `{ $argument }` cannot be used with { $others }
typed-no-value = a value is required for `{ $argument }`
typed-wrong-value = `{ $value }` is not a value of `{ $argument }`
typed-refused-value = invalid value `{ $value }` for `{ $argument }`: { $why }
typed-no-such-command = there is no command `{ $word }`
typed-missing = this is missing: { $arguments }
typed-missing-command = `{ $command }` needs a command
typed-surplus-value = `{ $argument }` takes no value, and got `{ $value }`
typed-unknown = unexpected argument `{ $argument }`
typed-not-utf8 = a word is not UTF-8
typed-not-understood = this cannot be understood
typed-one-of = one of: { $values }
typed-did-you-mean = did you mean `{ $word }`?
typed-as-a-word = to hand `{ $word }` on as it is, put `--` before it
typed-usage = usage: { $usage }; `--help` says more
typed-see-help = `--help` says more
number-between = it takes a whole number from { $least } to { $most }
yes-or-no = it takes 1 or 0, yes or no

# Around what went wrong.
failure-cause = because: { $cause }
failure-hint = hint: { $hint }
