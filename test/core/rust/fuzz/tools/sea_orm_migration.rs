//! Records what is sent, so that a model crate can be run.
pub mod prelude {
    use std::cell::RefCell;
    thread_local! { static SENT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) }; }
    #[derive(Debug)]
    pub struct DbErr;
    pub struct SchemaManager;
    pub struct SchemaManagerConnection<'a>(std::marker::PhantomData<&'a ()>);
    pub enum DbBackend { Postgres }
    pub struct Statement(String);
    impl Statement {
        pub fn from_string(_backend: DbBackend, text: String) -> Self { Statement(text) }
    }
    impl SchemaManager {
        pub fn get_connection(&self) -> &SchemaManagerConnection<'static> { &SchemaManagerConnection(std::marker::PhantomData) }
    }
    impl SchemaManagerConnection<'_> {
        pub fn execute_unprepared(&self, text: &str) -> Result<(), DbErr> {
            SENT.with(|sent| sent.borrow_mut().push(text.to_string()));
            Ok(())
        }
        pub fn execute(&self, statement: Statement) -> Result<(), DbErr> { self.execute_unprepared(&statement.0) }
    }
    pub fn sent() -> Vec<String> { SENT.with(|sent| sent.borrow().clone()) }
    pub trait MigrationTrait {
        fn up(&self, manager: &SchemaManager) -> Result<(), DbErr>;
        fn name(&self) -> &str;
    }
    pub trait MigratorTrait { fn migrations() -> Vec<Box<dyn MigrationTrait>>; }
}
