select * from app.users where email = $1;
select id, email from app.users where account_id = $1;
