# fails: port-80
# hint: udp
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80/udp -v "$PWD/html":/usr/share/nginx/html nginx
