# Words beside keys, and names of views.
key-help = help

# The learner's terminal.
earlier = above: last visit
recording-full = The recording has reached its largest size: from here on only goals are noted.
no-terminal = No terminal can be opened inside this screen ({ $reason }). `plimsoll shell LAB` in your own terminal works without one.
no-terminal-missing = /dev/ptmx or /dev/pts is missing on this machine, so no terminal can be opened inside this screen. An administrator mends it with `mount -t devpts devpts /dev/pts`; `plimsoll shell LAB` in your own terminal works without one.
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
journal-step-kept = step { $step } begins: the lab was kept as it is, to go back to
journal-step-restored = the lab went back to the start of step { $step }: what came after it is undone
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
journal-key-filter = one container, the next, all
journal-key-follow = follow the newest

# Layers.
layers-empty = No image yet. Type in the lab:
layers-writable = writable layer
layers-not-looked = writable layer not counted
layers-letters = A added, C changed, D deleted; a folder changes with what is in it
layers-unchanged = nothing changed
layers-changed = changed: { $files ->
    [one] 1 file
   *[other] { $files } files
 }, { $folders ->
    [one] 1 folder
   *[other] { $folders } folders
 }
layers-changed-at-least = changed: more than { $count } files and folders
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
key-back = to the terminal
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
key-xray = X-ray
key-hint = hint
key-answer = answer
key-solution = solution
key-next-step = next step
key-next-lab = next lab
key-previous-step = step before
key-record = record
key-zoom = terminal alone
key-literal = the key itself, for the program in the terminal
key-new-shell = new shell
key-connect = connect again
key-scroll-back = scroll the terminal
key-move = move
key-line-ends = start, end of the line
key-mark = select from here
key-copy = copy
key-further = next, earlier found
key-look-for = look for it
key-erase = take a letter away
key-cancel = leave it
key-more = more
key-all = show all
key-choose = choose
name-escape = Esc
name-end = End
name-shift-page = Shift-PgUp
name-enter = Enter
name-up-down = Up/Down
key-hints-left = { $hint } ({ $left } left)
leader-then = ^G then
keys-close = any key closes
keys-other = any other key closes
nothing-undone = Nothing was undone.
keys-other-no = any other key no
key-next-hint = next hint
key-yes = yes
key-no = no
key-go-on = go on
key-next-question = next question
key-later = later
name-yes = y

# Home.
searching = search:
nothing-found = No lab has this in its name, title or summary. Esc shows all.
containers-running = { $count ->
    [one] one container running  {""}
   *[other] { $count } containers running  {""}
 }
lab-is-done = Done. Open it again whenever you like: nothing is lost.
lab-was-done = Done before. Next: { $goal }
score-now-and-best = { $now }/{ $max } now, best { $best }/{ $max }
next-goal = Next: { $goal }
takes-about = About { $minutes } minutes.
doctor-looks = Looking at this machine...
doctor-fails = `plimsoll doctor` could not be run. Try it in a terminal: it says why.
finding = { $subject }: { $found }
doctor-fine = Doctor: all fine.
doctor-limited = `plimsoll doctor` says more: { $what }
doctor-blocked = Labs cannot run here; `plimsoll doctor` says what mends it: { $what }
too-small = This window is too small: Plimsoll needs { $columns } columns and { $rows } rows.
too-small-short = At least { $columns }x{ $rows }.

# A lab.
step-of = step { $step } of { $all }
pane-lab = lab
lab-starts = The lab starts...
lab-ended = The lab { $lab } has ended, and with it the shell.
lab-ended-hint = Nothing is lost: images, volumes, stopped containers and your files are kept.
lab-was-reset-elsewhere = The lab { $lab } was reset from elsewhere, and with it the shell ended.
lab-was-reset-elsewhere-hint = It begins anew; your own files are kept.
lab-is-back = The lab was started again from elsewhere: this is a new shell.
lab-is-back-as-new = The lab was reset from elsewhere: it begins anew.
not-current = Not current: as it was when the lab ended. R connects again.
enter-tries-again = Enter or R tries again.
shell-ended = The shell has ended ({ $code }). Enter opens a new one.
goals = goals
hint-says = hint: { $hint }
goal-met = { $goal }: met.
goal-turned-back = { $goal }: no longer met, found: { $why }
was-met-before = was met before; { $found }
found-short = found: { $found }
goal-and-found = { $goal }: found { $found }
and-look = { $found }   see: `{ $command }`
look-at = see: `{ $command }`
all-goals-met = All goals are met. Go on when you like: ^G n, or home with ^G q.
all-met = all met. Go on when you like: ^G n, or home with ^G q.
all-goals-met-next-lab = All goals are met. Go on when you like: ^G n leads to the next lab, ^G q home.
all-met-next-lab = all met. The next lab with ^G n, home with ^G q.
all-goals-met-everywhere = All goals are met, in every lab. ^G q leads home.
all-met-everywhere = all met, in every lab. Home with ^G q.
not-judged-yet = The goals are being looked at...
cannot-judge = cannot be looked at now: { $why }
no-more-hints = There are no more hints for this goal. ^G s shows the solution.
no-questions = This lab asks no questions.
answer-noted = Noted. You may change it at any time.
copied = Copied.
not-found = It stands nowhere in what the terminal has shown.
recording = REC
recording-into = Recording what the terminal shows, not what you type. ^G r ends it. { $file }
recording-kept = Recorded: { $file }

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
help-view = While a view has the keys
help-scroll = While what the terminal has shown stands still
help-terminal = While the terminal has the keys
help-mouse = The mouse scrolls, and marks text to copy it. Programs in the terminal that ask for the mouse get it.

# X-ray: names of lines.
xray-image = image
xray-fetch = fetch
xray-unpack = unpack
xray-name = name
xray-container = container
xray-volume = volume
xray-overlay = overlay
xray-clone = clone
xray-join = join
xray-network = network
xray-mounts = mounts
xray-limits = limits
xray-exec = exec
xray-port = port
xray-signal = signal
xray-wait = wait
xray-end = end
xray-remove = remove
xray-copy = copy
xray-change = change

# X-ray: what a line tells.
xray-image-found = { $layers ->
    [one] { $name } found, 1 layer
   *[other] { $name } found, { $layers } layers
 }
xray-image-missing = { $name } is not in this lab yet
xray-fetched = { $name }: { $new } of { $layers } layers copied and checked, { $size }
xray-fetched-nothing = { $layers ->
    [one] { $name }: its layer was here already
   *[other] { $name }: all { $layers } layers were here already
 }
xray-unpacked = { $new ->
    [one] 1 layer unpacked, { $size } on disk
   *[other] { $new } layers unpacked, { $size } on disk
 }
xray-unpacked-nothing = no layer had to be unpacked
xray-named = { $name } is now a name of image { $id }
xray-container-made = { $name } ({ $id }) made, its own layer empty
xray-volume-made = volume { $name } made
xray-volume-anonymous = a volume without a name made ({ $id })
xray-volume-filled = volume { $name } filled with what the image has in { $place }
xray-root-directory = { $path } is the container's root
xray-overlay-made = { $layers ->
    [one] lower 1 layer, upper new, mounted as its root
   *[other] lower { $layers } layers, upper new, mounted as its root
 }
xray-copied-in = files unpacked in { $path }
xray-copied-out = { $path } packed and sent
xray-namespaces-made = new namespaces: { $names }
xray-namespaces-shared = shared: { $names }
xray-root-is = root in it is user { $user } of the lab
xray-joined = a new process beside process { $process }, in its namespaces
xray-network-cable = veth pair, one end { $interface } { $address }, one in { $bridge }
xray-network-none = of its own, with only the loopback interface lo
xray-network-host = that of the lab's host
xray-network-shared = that of another container
xray-file-systems = { $systems ->
    [one] 1 file system
   *[other] { $systems } file systems
 } and { $devices ->
    [one] 1 device
   *[other] { $devices } devices
 } of its own
xray-bound = { $source } → { $place }
xray-bound-read-only = { $source } → { $place } (read-only)
xray-more = { $count } more
xray-capabilities = { $kept } of { $all } capabilities kept
xray-all-capabilities = all capabilities kept
xray-calls = { $allowed } of { $all } system calls allowed
xray-all-calls = all system calls allowed
xray-masked = { $count ->
    [one] 1 path masked
   *[other] { $count } paths masked
 }
xray-root-read-only = root read-only
xray-resources = { $count ->
    [one] 1 resource limited
   *[other] { $count } resources limited
 }
xray-executed = { $command } as { $user } of the container
xray-door = lab { $lab } → { $inside }
xray-door-outside = lab { $lab } → { $inside }, outside { $outside }
xray-no-door = none could be opened
xray-signal-sent = { $signal } sent to process { $process }
xray-did-not-end = it did not end in the time it was given
xray-ended = the first process ended with code { $code }
xray-container-gone = container { $name }, with what was written in it
xray-volume-gone = volume { $name }, with its files
xray-image-gone = image { $id }, { $size } of layers that no other image has
xray-name-gone = the name { $name }
xray-paused = its processes stand still
xray-resumed = its processes go on
xray-renamed = it is called { $name } now
xray-updated = its settings
xray-runs-already = { $name } runs already: there was nothing to do
xray-does-not-run = { $name } does not run: there was nothing to do
xray-nothing-to-remove = there was nothing to remove
xray-call = { $kind ->
    [container-create] create a container { $subject }
    [container-start] start the container { $subject }
    [container-stop] stop the container { $subject }
    [container-restart] restart the container { $subject }
    [container-kill] send a signal to the container { $subject }
    [container-pause] pause the container { $subject }
    [container-unpause] resume the container { $subject }
    [container-rename] rename the container { $subject }
    [container-update] change settings of the container { $subject }
    [container-remove] remove the container { $subject }
    [container-copy] copy files into the container { $subject }
    [container-read] copy files out of the container { $subject }
    [container-commit] make an image from a container { $subject }
    [container-prune] remove containers that do not run { $subject }
    [exec-create] run a command in the container { $subject }
    [exec-start] run a command in the container { $subject }
    [image-build] build an image { $subject }
    [image-pull] pull the image { $subject }
    [image-push] push the image { $subject }
    [image-load] load images { $subject }
    [image-tag] give a name to the image { $subject }
    [image-remove] remove the image { $subject }
    [image-prune] remove images that nobody uses { $subject }
    [volume-create] create the volume { $subject }
    [volume-remove] remove the volume { $subject }
    [volume-prune] remove volumes that nobody uses { $subject }
    [network-create] create the network { $subject }
    [network-connect] connect a container to the network { $subject }
    [network-disconnect] disconnect a container from the network { $subject }
    [network-remove] remove the network { $subject }
    [network-prune] remove networks that nobody uses { $subject }
   *[other] { $kind } { $subject }
 }

# X-ray: why a line is done.
xray-why-image = A container begins with an image: a stack of read-only layers and a few settings. The name is looked up in the lab's own list and leads to exactly one stack.
xray-why-missing = The name is not in the lab's list of images. So `docker` asks for the image to be pulled from a registry, and then for the container once more.
xray-why-fetch = An image comes layer by layer. Each is named after the SHA-256 of its content: one that was damaged is noticed, one that is here already is not copied again.
xray-why-unpack = A layer is an archive of files. It is unpacked once, never changed afterwards, and shared by all containers that need it.
xray-why-name = A name such as nginx:latest is a label on an image. It can be moved to another image, and an image can have several.
xray-why-container = On disk a container is little: its settings, and an empty layer for what it will write. So making one takes no time, however large its image is.
xray-why-volume = A volume is a folder that the engine keeps. It belongs to no container, so it outlives those that use it.
xray-why-fill = A volume that is empty when a container first has it gets a copy of what the image has at its place. After that it is left alone.
xray-why-overlay = The overlay file system shows the image's layers and one of the container's own as a single tree. What is read comes from the highest layer that has it; what is written goes to the container's own.
xray-why-clone = One system call makes the process and its namespaces: its own view of processes, mounts, network, users and host name. Nothing is emulated; it is an ordinary process that sees less.
xray-why-join = `docker exec` builds no new walls. The new process enters the namespaces of the running container, and sees what that one sees.
xray-why-cable = A new network namespace is empty. A veth pair is a cable: one end is the interface inside, the other is plugged into a bridge, which passes frames between its cables as a switch does.
xray-why-no-cable = A new network namespace is empty, and this one stays so: the container can reach itself and nobody else.
xray-why-shared-network = Without a network namespace of its own the container has the interfaces, addresses and ports of the one it shares.
xray-why-mounts = Programs expect /proc, /sys and /dev, so the container gets its own. A folder or a volume is shown at a second place by a bind mount: no copy, the same files.
xray-why-limits = Root in a container still talks to the machine's kernel. So most of root's powers (capabilities) are given up, rare system calls are refused by a filter (seccomp), and some files of /proc and /sys are hidden.
xray-why-exec = By `execve` the prepared process becomes your program: the same process, the same walls, another program. It is process 1 of the container, and when it ends, the container ends.
xray-why-exec-added = By `execve` the process that entered becomes your program. When it ends, the container goes on: only its process 1 matters for that.
xray-why-port = The container's address means something inside the lab only. For a published port the engine listens on the lab's host, and carries the bytes to the container and back.
xray-why-signal = A program may catch TERM and tidy up before it ends; KILL it cannot catch. Process 1 of a container hears only those signals that it has asked for, and KILL.
xray-why-wait = `docker stop` waits ten seconds unless told otherwise, and then sends KILL. A program that minds TERM saves you the wait.
xray-why-end = When process 1 has ended, the kernel ends all others of its container. The code stays in `docker ps -a`: the program's own, or 128 and the number of the signal that ended it.
xray-why-container-gone = With a container goes its own layer, and so all that was written in it. Its image and its named volumes stay.
xray-why-volume-gone = With a volume go its files. It is removed only when no container has it.
xray-why-image-gone = With its last name an image goes, and its layers with it, unless another image has them too.
xray-why-name-gone = Only a label is taken off. The image goes when it has no name left.
xray-why-copy = `docker cp` packs files into an archive on one side and unpacks it on the other. The container need not run.
xray-why-pause = A paused container keeps its memory and its place; its processes get no time until it is resumed.
xray-why-change = Name and settings are the engine's notes on a container. Its id and its files stay what they were.

# X-ray: the view.
xray-empty = Nothing has been done yet. Type in the lab:
xray-nobody-tells = This engine does not say what it does; Plimsoll's own does.
xray-left-out = { $count ->
    [one] and 1 more operation
   *[other] and { $count } more operations
 }
xray-more-lines = { $count ->
    [one] and 1 more line
   *[other] and { $count } more lines
 }
xray-rest = the rest
xray-rest-is = what lies between: the calls themselves, records on disk, waiting
xray-book = book: { $page }
xray-plan-words = the plan in words, { $count } operations
xray-plan-data = the plan as data, { $count } operations
xray-no-plan = Nothing was planned for this: a plan is made where a process is started.
xray-key-explain = explain
xray-key-plan = plan
xray-key-data = as data
xray-key-lines = lines

several-lines = This command has several lines, and the program in the terminal would run them one by one. At the shell's prompt they can be inserted.

# Operations of a plan: in English word for word what `docker run --explain` prints.
op-root-directory = take { $path } as root file system
op-root-overlay = { $count ->
    [one] lay { $upper } over { $count } read-only layer as root file system
   *[other] lay { $upper } over { $count } read-only layers as root file system
}
op-join = use the { $kind } namespace of { $source }
op-clone = make a process with new namespaces: { $names }
op-join-container = make a process in the namespaces of process { $process }
op-make-cgroup = make cgroup { $path }
op-make-cgroup-with = make cgroup { $path }: { $settings }
op-enter-cgroup = move the process into cgroup { $path }
op-in-cgroup = { $process }; in cgroup { $path }
op-map-ids = map users { $users } and groups { $groups }
ids-mapped = { $inside } to { $outside }
op-oom-score = set the out-of-memory score to { $score }
op-connect = connect { $container } in the container with bridge { $bridge } through { $host }
op-become-root = become user 0 of the container
op-keyring = start a session keyring of its own
op-loopback = bring up the loopback interface lo
op-address = give { $name } the address { $address }
op-address-route = give { $name } the address { $address }, default route { $gateway }
op-hostname = set the host name to { $name }
op-domainname = set the domain name to { $name }
op-await-hooks = wait for the hooks to run
op-pivot-root = make that root file system the only one in view
op-mount = mount a new { $kind } on { $place }{ $flags }
op-mount-with = mount a new { $kind } on { $place }{ $flags } with { $parameters }
op-proc-of = { $mount }, which shows the processes of { $source }
op-bind = show the host's { $source } on { $place }{ $flags }
op-cgroup-view = show the cgroup tree on { $place }{ $flags }, if possible
op-device-bound = show the host's device { $number } on { $path }
op-device-made = make the device { $number } on { $path }
op-link = link { $path } to { $target }
op-terminal = open a terminal and make it the controlling one{ $size }
op-sysctl = set the kernel parameter { $name } to { $value }
op-read-only = make { $path } read-only
op-mask = hide { $path }
op-root-read-only = make the root file system read-only
op-make-directory = make the directory { $path } unless it is there
op-enter = go to { $path }
op-limit = limit { $resource } to { $soft } (hard { $hard })
unlimited = unlimited
op-umask = set the umask to { $mask }
op-bounding = give up for good all capabilities except: { $names }
op-find-user = look up { $user } in the image
op-find-command = look up the command { $command }
op-record-owners = have changes of owners, and new devices, recorded by the engine
op-await-start = wait for start
op-switch-user = become { $user }
op-capabilities = keep the capabilities: { $names }
op-no-new-privileges = promise never to gain privileges
op-filter-none = restrict no system calls
op-filter-default = restrict system calls to Docker's default profile
op-filter-given = restrict system calls to the given profile
op-filter-faked = { $filter }, and answer changes of the user with success
op-execute = execute { $command }
user-by-number = user { $user } and group { $group }
user-by-name = user { $name }
user-also = { $who }, also in { $groups }
namespace-user = user
namespace-mount = mount
namespace-process = process
namespace-network = network
namespace-host-name = host name
source-own = its own
source-host = the host
source-process = process { $process }
flag-read-only = read-only
flag-all-read-only = read-only with all below

# Why there is no interface, or no recording.
run-no-terminal = the terminal cannot be used
run-no-record = the recording of events `{ $path }` cannot be written
recording-unmade = cannot make the recording { $path }: { $why }
recording-unwritten = cannot write to the recording { $path }: { $why }
journal-none = this engine keeps no journal: only Plimsoll's own does
