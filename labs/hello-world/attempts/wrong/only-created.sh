# fails: ran
# hint: never-started
# answer: ps-a=all
docker create hello-world
