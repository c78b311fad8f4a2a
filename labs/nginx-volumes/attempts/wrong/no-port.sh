# fails: port-80
# hint: not-published
echo 'mine' > html/index.html
docker run -d --name webserver -v "$PWD/html":/usr/share/nginx/html nginx
