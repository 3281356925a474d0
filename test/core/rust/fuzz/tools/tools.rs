use sea_orm_migration::prelude::*;
use std::fmt;
use std::ops::{Add, AddAssign, Deref, DerefMut, Index};
use std::sync::Mutex;

pub fn add(to: &mut String, text: &str) {
    to.push_str(text);
}

pub fn mark(to: &mut String) {
    *to = format!("{to}!");
}

pub fn twice(mut work: impl FnMut()) {
    work();
    work();
}

pub fn grow(list: &mut Vec<String>) {
    list.push("grown".to_string());
}

pub fn first<'a>(one: &'a mut String, _other: &'a mut String) -> &'a mut String {
    one
}

pub async fn post(db: &SchemaManagerConnection<'_>, text: &str) -> Result<(), DbErr> {
    db.execute_unprepared(&format!("comment on table a is '{text}'")).await?;
    Ok(())
}

pub trait Shout {
    fn shout(&mut self);
    fn shout_twice(&mut self) {
        self.shout();
        self.shout();
    }
}
impl Shout for String {
    fn shout(&mut self) {
        self.push_str("LOUD");
    }
}

pub trait Grown {
    fn grown(&mut self);
}
impl Grown for Vec<String> {
    fn grown(&mut self) {
        self.push("by a trait".into());
    }
}

#[derive(Clone)]
pub struct Holder {
    pub text: String,
}
impl Holder {
    pub const KIND: &'static str = "kind";
    pub fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }
    pub fn with(mut self, text: &str) -> Self {
        self.text += text;
        self
    }
}
impl Default for Holder {
    fn default() -> Self {
        Self { text: "default".into() }
    }
}
impl From<&str> for Holder {
    fn from(text: &str) -> Self {
        Holder { text: format!("from {text}") }
    }
}

pub struct Borrowed<'a> {
    pub text: &'a mut String,
}

pub struct Wrapped(pub String);
impl Deref for Wrapped {
    type Target = String;
    fn deref(&self) -> &String {
        &self.0
    }
}
impl DerefMut for Wrapped {
    fn deref_mut(&mut self) -> &mut String {
        &mut self.0
    }
}
impl Add<&str> for Wrapped {
    type Output = Wrapped;
    fn add(self, more: &str) -> Wrapped {
        Wrapped(format!("{}+{more}", self.0))
    }
}
impl AddAssign<&str> for Wrapped {
    fn add_assign(&mut self, more: &str) {
        self.0.push_str("+=");
        self.0.push_str(more);
    }
}
impl Index<usize> for Wrapped {
    type Output = str;
    fn index(&self, _at: usize) -> &str {
        &self.0
    }
}

pub struct Shown(pub &'static str);
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

pub struct Sly(pub &'static str);
impl PartialEq for Sly {
    fn eq(&self, _other: &Sly) -> bool {
        false
    }
}

pub struct Count(pub i32);
impl Iterator for Count {
    type Item = i32;
    fn next(&mut self) -> Option<i32> {
        self.0 += 1;
        if self.0 < 3 { Some(self.0) } else { None }
    }
}

pub struct Dropped<'a>(pub &'a mut String);
impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.push_str("dropped");
    }
}

pub trait Named {
    fn name(&self) -> &'static str {
        "first"
    }
    fn kind() -> &'static str
    where
        Self: Sized,
    {
        "first"
    }
}
pub struct First;
pub struct Second;
impl Named for First {}
impl Named for Second {
    fn name(&self) -> &'static str {
        "second"
    }
    fn kind() -> &'static str {
        "second"
    }
}
pub fn named<T: Named>() -> String {
    T::kind().to_string()
}
pub fn shown<T: fmt::Display>(value: T) -> String {
    value.to_string()
}
pub fn counted<const N: usize>() -> String {
    format!("{N}")
}

pub enum Kind {
    A,
    B(i32),
}

pub const NAME: &str = "name";
pub const LIMIT: i32 = 3;
pub static SHARED: &str = "shared";
pub static LOG: Mutex<String> = Mutex::new(String::new());
pub const fn constant(which: u8) -> &'static str {
    match which {
        1 => "one",
        2 => "two",
        _ => "many",
    }
}

pub fn fallible(well: bool) -> Result<String, String> {
    if !well {
        return Err("no".to_string());
    }
    Ok("ok".to_string())
}
pub fn early(to: &mut String) -> Result<(), String> {
    to.push_str("before");
    fallible(false)?;
    to.push_str("after");
    Ok(())
}
pub fn second<'a>(list: &[&'a str]) -> Option<&'a str> {
    list.first()?;
    let found = list.get(1)?;
    Some(found)
}
