# fails: container
# hint: none-left
# answer: ps-a=all
docker run --rm hello-world
