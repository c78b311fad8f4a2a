# fails: port-80
# hint: swapped
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:8080 -v "$PWD/html":/usr/share/nginx/html nginx
