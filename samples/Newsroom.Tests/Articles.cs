using Microsoft.Data.Sqlite;

namespace Newsroom.Tests;

/// <summary>A database of its own for each test. The first instance fills it.</summary>
public sealed class Articles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("newsroom");

    public string ConnectionString => "Data Source=" + Path.Combine(_folder.FullName, "newsroom.db");

    public void Dispose()
    {
        using (var connection = new SqliteConnection(ConnectionString))
            SqliteConnection.ClearPool(connection);
        _folder.Delete(recursive: true);
    }
}
