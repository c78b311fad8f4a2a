# fails: page-is-served
# hint: not-found
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share nginx
