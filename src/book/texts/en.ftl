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
