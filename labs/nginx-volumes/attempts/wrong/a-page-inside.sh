# fails: page-is-mounted
# hint: inside
docker run -d --name webserver -p 80:80 nginx
docker exec webserver sh -c 'echo mine > /usr/share/nginx/html/index.html'
