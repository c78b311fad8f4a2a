# fails: pulled
# hint: other-image
# answer: ps-a=all
docker run --name hello-world base true
