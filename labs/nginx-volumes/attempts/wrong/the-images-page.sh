# fails: page-is-served
# hint: images-page
docker run -d --name webserver -p 80:80 -v site:/usr/share/nginx/html nginx
