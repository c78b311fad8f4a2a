# fails: ran
# answer: ps-a=all
docker pull hello-world
