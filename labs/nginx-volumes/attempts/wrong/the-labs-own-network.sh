# fails: port-80
# hint: host-network
echo 'mine' > html/index.html
docker run -d --name webserver --network host -v "$PWD/html":/usr/share/nginx/html nginx
