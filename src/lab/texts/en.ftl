# A file that an author wrote, and what its mistakes are.
file-too-long = { $bytes } bytes; at most { $most } are read
file-several = several YAML documents (`---`); one is wanted
file-missing = this file is missing
file-no-text = this file is not text in UTF-8
file-is-folder = this is a folder, and a file is wanted
file-is-link = this is a symbolic link, and links are not followed
file-not-plain = this is no plain file
mistake-help = help: { $help }
mistake-at = { $path }: { $message }
did-you-mean = did you mean `{ $word }`?
valid-here = valid here: { $words }
word-unknown = unknown word `{ $word }`
word-missing = `{ $word }` is missing
word-twice = `{ $word }` stands here twice
both-languages = every text is written in both languages: `{ $form }`
nested-too-deeply = nested too deeply
aliases-too-much = aliases expand to too much
aliases-help = write the values out instead of repeating an alias (`*name`)
one-key = one key is wanted here, and there are several
one-key-help = use `all: [...]` or `any: [...]` to join checks
matcher-empty = a matcher needs at least one of { $words }
regex-wrong = the regular expression `{ $pattern }` cannot be read: { $why }
too-large = { $number } is too large

# A value of the wrong kind.
kind-wrong = { $wanted }, found { $found }
wanted-list = a list is wanted
wanted-text = a text in both languages is wanted
wanted-number = a whole number, 0 or more, is wanted
wanted-map = a map of words is wanted
wanted-check = a check is wanted
wanted-word = one word is wanted
wanted-number-or = a number is wanted, or a map of { $words }
wanted-text-or = a text is wanted, or a map of { $words }
wanted-other = { $what } is wanted
found-nothing = nothing
found-list = a list
found-map = a map
write-as = write `{ $form }`
belongs-below = what belongs to it stands below it, further right

# What is not YAML at all.
yaml-tab = a tab: YAML indents with spaces, not tabs
yaml-no-tab = put spaces in its place
yaml-quote = put the whole text in quotes
yaml-line = nothing above allows a line to begin here
yaml-behind = something stands behind a value that has ended
yaml-key = a key is wanted here, with a colon and a space behind it
yaml-bracket = the `{ $bracket }` here is not closed, or a comma is missing before line { $line }, column { $column }
yaml-bracket-help = texts with quotes, commas or braces in them stand in quotes
yaml-open-quote = the quote that opens here is not closed
yaml-open-quote-help = a quote inside a text is written twice (`''`) or with a backslash (`\"`)
yaml-no-value = a value is wanted here, or a `[` or `{ $brace }` above is not closed
yaml-no-value-help = a text with brackets or braces in it stands in quotes
yaml-letter = no text begins with `{ $letter }`
yaml-alias = `*` begins the name of an alias, and there is none of this name
yaml-colon = a text with a colon and a space in it stands in quotes
yaml-indented = `{ $key }` is indented below a line that has a value already
yaml-left = it begins further left
yaml-spaces = { $last } spaces in front fit here
yaml-spaces-or = { $rest } or { $last } spaces in front fit here

# A course as a whole.
course-unread = cannot read `{ $path }`
course-too-much = `{ $path }` holds more than { $files } files or { $size } MiB: this is not a course's folder
course-none = `{ $path }` has no folder `labs`: this is not a course's folder
course-title = it gives the course its title: `plimsoll course new` writes one
course-no-labs = there is no lab here
course-no-labs-help = `plimsoll course new DIR LAB` makes one to begin with
grader-without-lab = there is no lab `labs/{ $lab }/`
same-order = `order: { $order }` is also that of `{ $lab }`
lab-name = a lab's name is made of small letters, digits and `-`, 40 at most
lab-not-its-file = `lab: { $found }` is not the file's name, `{ $name }`

# The goals of a lab.
no-such = { $what ->
    [goal] there is no goal `{ $word }`
    [earlier-goal] there is no earlier goal `{ $word }`
    [subject] there is no subject `{ $word }`
    [question] there is no question `{ $word }`
    [choice] there is no choice `{ $word }`
    [finding] there is no finding `{ $word }`
    [miss] there is no miss `{ $word }`
   *[other] there is no `{ $word }`
 }
none-here = there is none here
there-are = there are: { $words }
goals-none = a grader needs a goal
goal-twice = two goals are called `{ $goal }`
goal-no-point = the goal `{ $goal }` gives no point
goal-forgets = `{ $goal }` holds once, but its check forgets
goal-forgets-help = `once` is for answers, the journal, `{ $image }` and `{ $container }`
miss-twice = two misses of `{ $goal }` are called `{ $miss }`
url-wrong = `{ $url }` is not `http://HOST[:PORT]/PATH`
count-one = `count` counts one of container, image, volume, network
pulled-name = `pulled` needs the image's `name`
before-in-probe = `before` has a meaning only in a `probe`
goal-in-no-step = the goal `{ $goal }` belongs to no step
question-in-no-step = the question `{ $question }` is asked in no step
question-unjudged = no goal judges the answer to `{ $question }`

# Lessons and attempts.
lesson-title = a lesson begins with `# TITLE`
lesson-headings = its headings `{ $form }` are [{ $found }], the lab's steps [{ $steps }]
attempt-none = there is no right attempt
attempt-none-help = the first script in `right/` is the reference solution
goal-unproven = no wrong attempt fails at the goal `{ $goal }`
hint-unproven = no wrong attempt shows the hint `{ $miss }` of `{ $goal }`
attempt-name = an attempt is a script, `NAME.sh`
attempt-no-meaning = `# { $word }:` has no meaning in a right attempt
attempt-answer = an answer is written `# answer: QUESTION=VALUE`
attempt-header = unknown header `{ $word }`
attempt-fails = a wrong attempt begins with `# fails: GOAL`, the goal that has to fail

# What a learner has reached.
progress-unread = cannot read `{ $path }`
progress-unwritten = cannot write `{ $path }`
progress-damaged = `{ $path }` is damaged ({ $why }); move it away to begin anew
progress-newer = `{ $path }` was written by a newer Plimsoll (version { $found } of the file, this one reads { $known })

# What a look at a lab could not see.
look-not-running = it does not run
look-no-address = it has no address
look-too-long = it takes too long
look-no-host = { $address }: no such host here
look-no-id = the engine gave the copy no id
look-no-inside = this engine cannot connect from inside a container yet
look-too-much = `{ $path }` holds too much to look through for the page
look-for-ever = the grader asks for ever more looks
