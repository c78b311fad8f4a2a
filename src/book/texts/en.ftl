# On the pages.
other-language = Français
lab-titled = Lab: { $title }
lab-facts = { $minutes } minutes · { $points } points
what-is-checked = What is checked
goal = Goal
points = Points

# Around them.
front-title = Plimsoll: learn containers by running them

# What `plimsoll book` says.
served-here = The book: { $url }
served-afar = { "  " }from your own computer: ssh -L { $port }:127.0.0.1:{ $port } { $target }, then http://localhost:{ $port }/{ $page }
served-until = Ctrl-C ends it.
written-to = The book, in English and in French: open { $file }

# What is wrong with the book, or keeps it from being built.
mistakes = { $count ->
    [one] the book has one mistake
   *[other] the book has { $count } mistakes
 }
no-page-found = the book has no page `{ $page }`
sources-unread = cannot read `{ $path }`
sources-too-much = `{ $path }` holds more than { $files } files or { $size } MiB: this is not the book's folder
sources-none = `{ $path }` has no `en/book.toml` and `fr/book.toml`: this is not the book's folder
site-folder = the book needs a folder to be built in: { $why }
site-unbuilt = mdBook cannot build the book in `{ $code }`: { $message }
site-taken = `{ $path }` holds other files
site-unwritten = cannot write `{ $path }`
protocol-input = what mdBook sent cannot be read: { $why }
protocol-output = the answer cannot be written: { $why }

# Mistakes of a page, and their fixes.
did-you-mean = did you mean `{ $word }`?
file-missing = this file is missing
summary-missing-fix = it lists the chapters: `- [Title](page.md)`
summary-no-page-yet = `{ $title }` has no page yet
summary-no-page-yet-fix = write the page, or take the line away
no-page = there is no page `{ $page }`
summary-no-page-fix = write { $file }, or take the line away
summary-twice = `{ $page }` is listed twice
summary-twice-fix = take one of the lines away
summary-unlisted = this page is in no list of chapters
summary-unlisted-fix = add `{ $entry }` to { $file }
summary-order = `{ $page }` stands where the English list has `{ $other }`
summary-order-fix = give both lists the same order
page-no-text = this page is not text in UTF-8
page-no-text-fix = save it as UTF-8
page-title = a page begins with its title
page-title-fix = begin with `# Title`
page-stray = a directive stands alone on its line
page-stray-fix = give it a line of its own; what only looks like one goes into `code`
page-html = HTML in a page
page-html-fix = write it in Markdown, or put what is to be read as it is into `code`
heading-twice = two headings have the id `{ $anchor }`
heading-twice-fix = give one another id
link-out = `{ $target }` leads out of the book
link-out-fix = links are relative to the page: `../course/page.md`
link-nowhere = `{ $target }` leads to nothing
link-nowhere-fix = a link leads to a page, `page.md`, or to a file beside it
link-names-no-page = `{ $target }` names no page
link-names-no-page-fix = write `book:PAGE` or `book:PAGE#HEADING`: `book:course/keeping-data`
link-apart = `{ $target }` stands apart from its words
write-it = write `{ $form }`
link-english-only = `{ $page }` is in English only
link-english-only-fix = write `book:{ $page }`, which leads to the English book
write-file = write { $file }
no-heading = `{ $page }` has no heading with the id `{ $anchor }`
no-heading-fix = give it to the heading: `{ $form }`
image-network = the picture `{ $target }` would need the network
image-network-fix = put the file beside the page
image-none = there is no picture `{ $target }`
image-none-fix = put the file there, or mend the path
page-developers = the developers' pages are in English only
page-developers-fix = take it away, and link to `book:contributing/...`
page-untranslated = this page has no translation
heading-untranslated = the heading `{ $anchor }` has no translation
heading-untranslated-fix = add `{ $form }` in { $file }
lesson-link = `{ $target }` leads to nothing from a terminal
lesson-link-fix = a lesson links to the book: `book:PAGE#HEADING`
directive-no-lab = there is no lab `{ $lab }`
directive-labs-are = the labs are: { $labs }
directive-place = `{ $directive }` belongs on the page `{ $page }`
directive-one-lab = for one lab write `{ $directive }`
directive-takes-nothing = `{ $directive }` takes nothing
directive-none = there is no directive `{ $name }`
directive-there-are = there are `{ $one }` and `{ $other }`; what only looks like one goes into `code`
