using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Newsroom.Caching;

/// <summary>Gets the name of this instance in stamps: the configured name, or the machine and the port. It is known after the server starts to listen.</summary>
public sealed class InstanceName(IConfiguration configuration, IServer server)
{
    private readonly Lazy<string> _value = new(() => configuration["Newsroom:Instance"] ?? $"{Environment.MachineName}:{PortOf(server)}");

    public string Value => _value.Value;

    private static int? PortOf(IServer server) =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(a => BindingAddress.Parse(a).Port).FirstOrDefault();
}
