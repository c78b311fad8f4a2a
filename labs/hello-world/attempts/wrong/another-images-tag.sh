# fails: pulled
# hint: tagged
# answer: ps-a=all
docker pull base
docker tag base hello-world
docker run hello-world echo hello
