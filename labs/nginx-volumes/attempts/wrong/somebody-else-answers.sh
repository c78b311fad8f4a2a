# fails: port-80
# hint: elsewhere
echo 'mine' > html/index.html
docker run -d --name other -p 127.0.0.1:80:80 nginx
docker run -d --name webserver -p 127.0.0.2:80:80 -v "$PWD/html":/usr/share/nginx/html nginx
