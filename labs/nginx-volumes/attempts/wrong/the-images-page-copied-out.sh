# fails: page-is-served
# hint: images-page
docker create --name source nginx
docker cp source:/usr/share/nginx/html/index.html html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
