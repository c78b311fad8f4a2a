# fails: pulled
# hint: other-image
# answer: ps-a=all
docker run base echo hello-world
