# fails: container
# hint: other-container
# answer: ps-a=all
# answer: container=other
docker run hello-world
docker run --name other base true
