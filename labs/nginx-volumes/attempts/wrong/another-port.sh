# fails: port-80
# hint: other-port
echo 'mine' > html/index.html
docker run -d --name webserver -p 8080:80 -v "$PWD/html":/usr/share/nginx/html nginx
