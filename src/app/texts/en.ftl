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
reset-loses = Resetting { $lab } removes all that is in it, what was kept of its steps, and your answers.
reset-go-on = Go on? [y/N]
reset-done = { $lab } is as new. Your best score is kept, and which hints you have seen.
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

    Variables:
      PLIMSOLL_HOME   folder of Plimsoll's own data; else ~/.local/share/plimsoll
      PLIMSOLL_WORK   folder of your files, one for each lab in it; else ~/plimsoll
      PLIMSOLL_LANG   en or fr; else what you chose in the interface, else the
                      language of LC_ALL, LC_MESSAGES or LANG
      PLIMSOLL_THEME  light or dark: the background that the colours are for
      PLIMSOLL_PLAIN  1: lines instead of a full screen
      NO_COLOR        anything: no colours
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

# The language, and what else was chosen for all labs.
languages-spoken = Plimsoll speaks { $languages } (`--lang`, or { $variable })
settings-unwritten = your choice cannot be kept in `{ $path }`: { $why }
settings-newer = your choice cannot be kept: `{ $path }` was written by a newer Plimsoll (version { $found } of the file, this one writes { $known })

# What several commands say.
no-such-lab = there is no lab `{ $lab }`
labs-are = the labs are: { $labs }
needs-lab = `plimsoll { $command }` needs a lab's name outside a lab's shell
needs-lab-hint = plimsoll { $command } LAB; `plimsoll labs` lists them
lab-variable-wrong = { $variable }: { $why }
lab-variable-hint = `unset { $variable }`, or name the lab
start-files-unwritten = the lab's files cannot be written: `{ $path }`: { $why }
start-files-hint = `export PLIMSOLL_WORK=FOLDER` keeps your files of all labs in another folder
file-unmoved = `{ $file }` cannot be moved to `{ $to }`: { $why }
at-path = `{ $path }`: { $why }
not-in-submission = `plimsoll { $command }` is not available inside a submission
own-program = this program's own file cannot be found: { $why }
not-runnable = `{ $program }` cannot be run: { $why }
signals-unset = signals cannot be set: { $why }
no-full-screen-hint = `plimsoll labs` and `plimsoll shell LAB` need no full screen
no-folder = the folder `{ $path }` cannot be made: { $why }
standard-input = standard input: { $why }
standard-output = standard output: { $why }
submit-later = `plimsoll submit` comes with a later version
submit-later-hint = keep your commands in a script; a teacher grades it with `plimsoll grade { $lab } --script FILE`
sudo-needless = sudo: not needed in the lab: type the command without it
sudo-left-away = sudo: not needed in the lab, which is yours; running the command without it

# What a look at an engine says when there is none.
engine-refused = the engine refuses: { $said }
engine-unreachable = no engine answers at { $endpoint }
engine-denied = you may not connect to the engine at { $endpoint }
engine-broke-off = the connection to the engine failed: { $request }
engine-nonsense = the engine gave no valid answer to { $request }: { $reason }
engine-address = `{ $address }` is no engine's address
engine-address-hint = for example: --engine unix:///var/run/docker.sock

# `plimsoll labs`, and a lab's name alone.
labs-next = Next: { $title }
labs-lesson = read the lesson
labs-shell = work in the lab; `exit` leaves it
labs-check = see which goals are met
labs-hint = a little help
labs-all-done = All labs are done. What there is to do:
labs-again = read a lesson again, and repeat what it asks for
labs-anew = begin a lab anew; your best score is kept
labs-book = read on in the book
lesson-no-command = a command is missing
lesson-neither = `{ $word }` is neither a command nor a lab
lesson-lists = `plimsoll labs` lists the labs, `plimsoll --help` the commands
lesson-takes-no = `plimsoll { $lab }` takes no `{ $word }`
lesson-shell = `plimsoll shell { $lab }` opens the lab's shell

# `plimsoll shell` and `plimsoll stop`.
shell-welcome = The lab { $lab }. Your files for it: { $work }
shell-how = The lesson: `plimsoll { $lab }`. When you are done: `exit`, then `plimsoll check { $lab }`.
shell-lab-ended = the lab { $lab } has ended, and with it this shell
shell-nothing-lost = nothing is lost: images, volumes, stopped containers and { $work } are kept
shell-go-on = to go on: plimsoll shell { $lab }
port-here = { $container }: localhost:{ $port } in the lab, http://{ $address } in a browser on this machine
port-afar = from your own computer: ssh -L { $port }:{ $address } { $target }, then http://localhost:{ $port }
stop-stopped = { $lab }: stopped
stop-killed = { $lab }: did not answer and was killed; its state is kept
stop-not-running = { $lab }: was not running

# `plimsoll answer` and `plimsoll hint`.
answer-noted = Noted: { $question } = { $value }. `plimsoll check { $lab }` says whether it is right.
answer-no-question = the lab { $lab } has no question `{ $question }`
answer-asks-nothing = this lab asks no questions
answer-questions = its questions are: { $questions }
answer-empty = an answer is not empty
answer-too-long = an answer has at most { $most } bytes
answer-no-choice = `{ $value }` is not one of the choices of `{ $question }`
answer-choose = choose one of: { $choices }
answer-question = { $question }: { $text }
answer-a-choice = CHOICE
answer-an-answer = ANSWER
answer-yours = your answer: { $answer }
hint-all-met = Every goal is met.
hint-last = That was the last hint for this goal.
hint-more = { $left } more: type the command again.

# `plimsoll reset`, where something is in its way.
reset-asks = resetting { $lab } asks first, and there is no terminal to ask on
reset-yes-hint = --yes does not ask
reset-sweep-later = { $why }; it is tried again at the lab's next start
reset-unseen = { $lab } cannot be looked at: { $why }.
reset-unseen-loses = Resetting it removes `{ $folder }` unseen: containers ({ $containers }), volumes ({ $volumes }) and all else in there, and your answers.

# `plimsoll book`.
book-for-mdbook = `plimsoll book preprocessor` is for mdBook to call
book-for-mdbook-hint = in book.toml: command = "plimsoll book preprocessor"
book-beginning = `plimsoll book` opens it at the beginning
book-room = `export TMPDIR=FOLDER` names a folder with room for some 10 MB
book-new-folder = give a new folder, or an empty one
book-own-folder = give a folder in which you may write
book-port-taken = port { $port } of 127.0.0.1 cannot be had: { $why }
book-free-port = without `--port` a free one is found

# For authors: `plimsoll course` and `plimsoll demo`.
course-no-schema = there is no schema `{ $file }`
course-taken = `{ $file }` is there already
course-another-name = choose another name
course-in-order = { $folder }: the files are in order: { $labs }
course-ok = ok
course-failed = FAILED
course-start = { $lab }: the untouched lab does not pass ({ $points } points)
course-counted = { $passed } passed, { $failed } failed
course-unfinished = not finished yet (`plimsoll course check { $folder }`):
course-no-attempt = the lab { $lab } has no attempt `{ $attempt }`
course-attempts = its attempts are: { $attempts }
course-not-as-promised = not as it promises: { $told }
course-mistakes = { $count ->
    [one] the course has one mistake
   *[other] the course has { $count } mistakes
 }
course-not-finished = not finished yet:
play-too-long = the script did not end within { $seconds } s
play-script-ended = the script ended with { $how }
play-code = exit code { $code }
play-signal = signal { $signal }
play-not-all = not all goals are met: { $goals }
play-all-met = every goal is met
play-hint = at `{ $goal }` the hint is { $found }, not { $wanted }
play-no-hint = none
play-alone = `{ $goal }` alone has to fail; open are: { $goals }
play-open = { $goal } (found: { $found })
demo-no-reference = the lab { $lab } has no reference solution

# `plimsoll grade`.
grade-which-script = which script is to be graded?
grade-which-script-hint = plimsoll grade { $lab } --script FILE
grade-folder-later = `plimsoll grade DIR`, for a folder of submissions, comes with a later version
grade-one-at-a-time = one at a time: plimsoll grade LAB --script FILE [--files DIR]
grade-unseen-twice = Some goals could not be looked at, twice in a row.
grade-not-plain = not a plain file
grade-too-long = longer than { $most } MB
grade-no-folder = `{ $path }` is not a folder
grade-ended = The script ended with code { $code }. Its last lines:
grade-ended-silent = The script ended with code { $code } and printed nothing.
grade-was-ended = The script was ended. Its last lines:
grade-was-ended-silent = The script was ended and printed nothing.
grade-answers = the answers cannot be read: { $why }
grade-not-seen = not looked at
grade-for-review = { $why } It scores 0 and is marked for review.
grade-over-time = The script did not end within { $seconds } s.
grade-over-memory = The submission used more than { $most } MB of memory.
grade-over-processes = The submission ran more than { $most } processes.
grade-over-disk = The submission wrote more than { $most } MB or { $files } files.
grade-over-output = The script printed more than { $most } MB.
grade-engine-ended = The lab's engine ended.
grade-engine-ended-early = the lab's engine ended before the work was judged

# An attempt, and what is not as it should be.
at-attempt = { $attempt }: { $told }
