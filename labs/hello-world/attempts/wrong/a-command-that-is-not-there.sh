# fails: ran
# hint: other-command
# answer: ps-a=all
docker run hello-world bash || true
