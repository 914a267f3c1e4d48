using RedisTagCache.TestSupport;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace RedisTagCache.IntegrationTests.Security;

/// <summary>The recipe of docs/getting-started.md for credentials that rotate: the client asks for the password whenever it logs in.</summary>
public sealed class RotatedPasswordTests
{
    [Fact]
    public async Task Password_ThatRotates_IsUsedAfterAReconnection()
    {
        ServerFeatures.Require(ServerFeature.KeyPermissions);
        var file = Path.GetTempFileName();
        await using var server = await RedisServer.StartAsync();
        await using var admin = await server.ConnectAsync();
        var database = admin.GetDatabase();
        await RotateAsync("first");
        await database.ExecuteAsync("ACL", "SETUSER", "default", "off"); // else one whose password is wrong is still that one
        await using var instance = Instance.Create(server.ConnectionString + ",user=shop", options =>
        {
            options.OperationTimeout = TimeSpan.FromSeconds(10);
            options.ConfigureConnection = connection =>
            {
                connection.Defaults = new PasswordFile(file);
                return Task.CompletedTask;
            };
        });
        await BecomesUsableAsync("with the first password");

        await RotateAsync("second");
        Assert.NotEqual(0, (int)await database.ExecuteAsync("CLIENT", "KILL", "USER", "shop"));
        await BecomesUsableAsync("with the second password");
        File.Delete(file);

        async Task RotateAsync(string password)
        {
            await File.WriteAllTextAsync(file, password + "\n");
            await database.ExecuteAsync("ACL", ["SETUSER", "shop", "reset", "on", ">" + password, "+@all", .. RedisServer.KeyRights("*")]);
        }

        Task BecomesUsableAsync(string value) => Eventually.BecomesTrueAsync(
            async () =>
            {
                await instance.Store.WriteAsync("k", value);
                return await instance.Store.ReadAsync("k") == value;
            },
            "the cache is used " + value,
            TimeSpan.FromMinutes(1));
    }

    private sealed class PasswordFile(string path) : DefaultOptionsProvider
    {
        public override string? Password => File.ReadAllText(path).Trim();
    }
}
