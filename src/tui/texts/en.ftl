# Words beside keys, and names of views.
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

# Amounts.
age-seconds = { $count } s
age-minutes = { $count } min
age-hours = { $count } h
age-days = { $count } d
size-bytes = { $count } B
size-kilo = { $count } kB
size-mega = { $count } MB
size-giga = { $count } GB

# Map.
map-host = lab host
map-outside = outside { $address }
map-not-published = not published
map-more = and { $count } more
map-together = and { $count } more: { $names }
map-not-running = not running
map-on-host = network of the lab host (--network host)
map-on-nothing = no network (--network none)
map-on-container = network of { $name }
map-also-in = also in { $network } { $address }
map-nobody = no container
map-internal = internal
map-parent = { $driver } on { $device }
map-unused-volumes = volumes in no container: { $names }
map-images = images: { $names }
map-empty = No container yet. Type in the lab:
map-guest = (drawn above)
map-gateway = gateway { $address }
map-left-out = and { $count } more containers, not drawn
map-key-fold = fold or unfold
map-key-choose = choose
view-more-above = { $count } more lines above
view-more-below = { $count } more lines below
state-running = running, { $age }
state-running-unknown = running
state-paused = paused
state-created = created, never started
state-ended = exited ({ $code }), { $age } ago
state-ended-unknown = exited ({ $code })
state-restarting = restarting after exit { $code }
state-removing = being removed
state-dead = dead: could not be removed
state-unknown = in an unknown state
health-starting = health: starting
health-healthy = healthy
health-unhealthy = unhealthy

# Journal.
journal-lab-started = the lab { $name } was started
journal-lab-kept = the lab was kept as it is, to go back to: { $name }
journal-lab-restored = the lab went back to { $name }: what came after it is undone
journal-image-pulled = image { $name } pulled
journal-image-tagged = an image was given the name { $name }
journal-image-untagged = the name { $name } was taken off its image
journal-image-removed = image { $name } removed
journal-created = container { $name } created from { $image }
journal-started = container { $name } started
journal-ended = container { $name } ended, exit code { $code }
journal-killed = { $signal } sent to container { $name }
journal-stopped = container { $name } stopped
journal-restarted = container { $name } restarted
journal-paused = container { $name } paused
journal-resumed = container { $name } goes on after its pause
journal-renamed = container { $before } is now called { $name }
journal-removed = container { $name } removed
journal-resized = container { $name }: its terminal has another size
journal-updated = container { $name }: its limits were changed
journal-exec-started = command in container { $name }: { $command }
journal-exec-ended = command in container { $name } ended, exit code { $code }
journal-health = container { $name }: { $health }
journal-copied-in = files copied into container { $name }: { $path }
journal-exported = container { $name } exported
journal-attached = a terminal attached to container { $name }
journal-detached = a terminal detached from container { $name }
journal-volume-created = volume { $name } created
journal-volume-removed = volume { $name } removed
journal-other = { $kind }: { $name }
journal-of-lab = journal
journal-of-container = journal of container { $name }
journal-empty = Nothing yet.
journal-newer = { $count } newer
journal-key-scroll = scroll
journal-key-filter = one container, the next, all
journal-key-follow = follow the newest

# Layers.
layers-empty = No image yet. Type in the lab:
layers-writable = writable layer
layers-not-looked = writable layer not counted
layers-changed = { $count ->
    [0] nothing changed
    [one] 1 file changed
   *[other] { $count } files changed
 }
layers-changed-at-least = more than { $count } files changed
layers-count = { $count ->
    [one] 1 layer
   *[other] { $count } layers
 }
layers-shared = shared with { $names }
layers-added = { $count ->
    [one] 1 file: { $paths }
   *[other] { $count } files: { $paths }
 }
layers-added-at-least = more than { $count } files: { $paths }
layers-deleted = takes away: { $paths }
layers-no-files = no files

# The map in sentences.
plain-containers = { $count ->
    [one] 1 container, { $up } running.
   *[other] { $count } containers, { $up } running.
 }
plain-container = Container { $name }, from image { $image }: { $state }.
plain-nowhere = { "  " }It has no network.
plain-on-host = { "  " }It uses the lab host's own network.
plain-on-container = { "  " }It uses the network of container { $name }.
plain-address = { "  " }On network { $network } its address is { $address }.
plain-port = { "  " }Its port { $inside } is reached in the lab at port { $lab }.
plain-port-outside = { "  " }Its port { $inside } is reached in the lab at port { $lab }, and outside at { $outside }.
plain-port-closed = { "  " }Its port { $inside } is not published.
plain-folder = { "  " }The folder { $name } is mounted at { $place }, { $access }.
plain-volume = { "  " }The volume { $name } is mounted at { $place }, { $access }.
plain-tmpfs = { "  " }At { $place } is a tmpfs, files in memory, { $access }.
plain-writable = writable
plain-read-only = read-only
plain-network = Network { $name }: { $subnet }.
plain-volume-unused = Volume { $name } is in no container.
plain-images = Images: { $names }.

# The lesson.
lesson-cut = This lesson is longer than Plimsoll reads. The rest is left out.
lesson-note = Note:
# Between a name and its value.
lesson-pair = :
lesson-step = Step { $number }: { $title }
key-open = open
key-insert = put into the terminal
key-scroll = scroll
key-ends = first, last
key-command = next command
key-back = back to the terminal
key-quit = quit
key-home = home
key-search = search
key-language = français
key-doctor = look at this machine
key-book = book
key-reset = reset
key-undo = undo
key-lesson = lesson
key-map = map
key-layers = layers
key-journal = journal
key-hint = hint
key-answer = answer
key-solution = solution
key-next-step = next step
key-previous-step = step before
key-record = record
key-zoom = terminal alone
key-literal = the key itself, for the program in the terminal
key-new-shell = new shell
key-scroll-back = scroll the terminal
key-more = more
key-hints-left = { $hint } ({ $left } left)
leader-then = ^G then
keys-close = any key closes
keys-scroll-close = ↑↓ scroll · any other key closes
keys-yes-no = y yes · any other key no
keys-choose = ↑↓ choose · Enter go on · Esc no
keys-question = Enter answer · Tab next question · Esc later

# Home.
searching = search:
nothing-found = No lab has this in its name, title or summary. Esc shows all.
containers-running = { $count ->
    [one] one container running  {""}
   *[other] { $count } containers running  {""}
 }
lab-is-done = Done. Open it again whenever you like: nothing is lost.
next-goal = Next: { $goal }
takes-about = About { $minutes } minutes.
doctor-looks = Looking at this machine...
doctor-fine = Doctor: all fine.
doctor-limited = `plimsoll doctor` says more: { $what }
doctor-blocked = Labs cannot run here; `plimsoll doctor` says what mends it: { $what }
too-small = Too small: 20x6 at least.

# A lab.
step-of = step { $step } of { $all }
pane-lab = lab
lab-starts = The lab starts...
lab-ended = The lab { $lab } has ended, and with it the shell.
lab-ended-hint = Nothing is lost: images, volumes, stopped containers and your files are kept.
enter-tries-again = Enter starts it again.
shell-ended = The shell has ended ({ $code }). Enter opens a new one.
goals = goals
goal-met = { $goal }: met.
goal-turned-back = { $goal }: no longer met. { $why }
was-met-before = was met before: { $message }
found-and-look = { $message }   see: `{ $command }`
all-goals-met = All goals are met. Go on when you like: ^G n, or home with ^G q.
not-judged-yet = The goals are being looked at...
cannot-judge = the goals cannot be looked at now
no-more-hints = There are no more hints for this goal. ^G s shows the solution.
no-questions = This lab asks no questions.
answer-noted = Noted. You may change it at any time.
copied = Copied.
recording = REC
recording-into = Recording the terminal into { $file } (what you type is not kept, what is shown is). ^G r ends it.
recording-kept = The recording is in { $file }.

# Dialogs.
did-not-work = That did not work
question-of = question { $number } of { $all }
solution-is-recorded = This shows a whole way to the goal. That it was shown is recorded with your progress. Show it?
solution-is-one-way = One right way; there are others.
back-to-which = Back to which beginning?
back-to-beginning = the lab, as if nothing had been done
back-to-step = step { $step }: { $title }
asking-losses = Looking at what would be lost...
confirm-reset = { $loss }

    Go on?
resetting = Going back...
lab-was-reset = The lab is as new.
step-was-reset = Everything is as it was when step { $step } began.
help-home = The labs
help-leader = In a lab: press Ctrl and G, let go, then
help-lesson = While the lesson has the keys
help-mouse = The mouse scrolls, and marks text to copy it. Programs in the terminal that ask for the mouse get it.
