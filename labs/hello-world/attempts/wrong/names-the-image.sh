# fails: container
# hint: image-name
# answer: ps-a=all
# answer: container=hello-world
docker run hello-world
