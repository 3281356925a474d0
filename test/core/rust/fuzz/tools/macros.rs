macro_rules! append {
    ($to:expr, $text:expr) => {
        $to.push_str($text)
    };
}
macro_rules! append_all {
    ($to:expr, $($text:expr),*) => {
        $($to.push_str($text);)*
    };
}
macro_rules! braced {
    ($body:block) => {
        $body
    };
}
