# fails: page-is-mounted
# hint: tmpfs
docker run -d --name webserver -p 80:80 --tmpfs /usr/share/nginx/html nginx
docker exec webserver sh -c 'echo mine > /usr/share/nginx/html/index.html'
