# fails: page-is-served
# hint: volume-called-html
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v html:/usr/share/nginx/html nginx
