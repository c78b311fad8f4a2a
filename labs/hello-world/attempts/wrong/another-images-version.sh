# fails: pulled
# hint: other-tag
# answer: ps-a=all
docker pull base
docker tag base hello-world:0.1
docker run hello-world:0.1 echo hello
