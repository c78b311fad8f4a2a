# fails: ran
# hint: tagged-over
# answer: ps-a=all
docker pull hello-world
docker pull base
docker tag base hello-world
docker run hello-world true
