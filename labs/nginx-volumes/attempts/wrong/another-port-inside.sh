# fails: port-80
# hint: swapped
mkdir conf
echo 'server { listen 8080; root /usr/share/nginx/html; }' > conf/site.conf
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:8080 -v "$PWD/conf":/etc/nginx/conf.d -v "$PWD/html":/usr/share/nginx/html nginx
