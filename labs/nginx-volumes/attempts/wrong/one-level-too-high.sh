# fails: page-is-served
# hint: one-level-too-high
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx nginx
